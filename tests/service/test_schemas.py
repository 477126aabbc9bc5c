"""Every model that the API takes or gives is defined in one package."""

import sys

from pydantic import BaseModel
from pydantic_settings import BaseSettings

from service.app import create_app
from service.settings import Settings


def test_models_of_the_api_are_defined_in_the_package_of_schemas_alone() -> None:
    create_app(Settings(_env_file=None))
    models = {
        model
        for name, module in sys.modules.items()
        if name.startswith("service.")
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__.startswith("service.")
    }
    elsewhere = {model for model in models if not model.__module__.startswith("service.schemas.")}
    assert len(models) > 40
    assert {model for model in elsewhere if not issubclass(model, BaseSettings)} == set()
