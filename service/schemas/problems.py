"""Problems as the API gives them (RFC 9457)."""

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """The problem with one part of a request."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="Where it is, such as `query.limit` or `body.brief`.", examples=["query.limit"])
    code: str = Field(examples=["greater_than_equal"])
    message: str = Field(examples=["Cần lớn hơn hoặc bằng 1."])


class Problem(BaseModel):
    """The reason why a request was refused, and what to do next."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Names the kind of problem; stable.", examples=["urn:ketnoi:problem:actor_not_found"])
    title: str = Field(examples=["Không có thành viên này"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["Mạng lưới không có thành viên nào mang mã “sc-xyz”."])
    instance: str = Field(description="The path that was asked for.", examples=["/v1/actors/sc-xyz"])
    code: str = Field(description="The last part of `type`, to switch on.", examples=["actor_not_found"])
    request_id: str = Field(description="Quote it when you ask for help; the log has it too.", examples=["6f1c0c9e"])
    errors: tuple[FieldProblem, ...] = Field(default=(), description="Filled where `code` is `invalid_request`.")
