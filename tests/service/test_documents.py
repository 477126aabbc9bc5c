"""What the documents list is what there is."""

import re
from pathlib import Path

from service.app import create_app
from service.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_documented_and_no_other() -> None:
    documented = re.findall(r"^\| `KETNOI_(\w+)` \|", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(name.upper() for name in Settings.model_fields)


def test_documented_defaults_are_the_defaults() -> None:
    rows = re.findall(
        r"^\| `KETNOI_(\w+)` \| `([^`]+)` \|", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    defaults = {name.upper(): str(field.default).lower() for name, field in Settings.model_fields.items()}
    assert len(rows) >= 5
    assert all(defaults[name] == value for name, value in rows)


def test_every_route_is_documented_and_no_other() -> None:
    documented = re.findall(r"^\| `([A-Z]+ /v1/\S+)` \|", (DOCS / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    routes = create_app(Settings(_env_file=None)).openapi()["paths"]
    assert sorted(documented) == sorted(f"{method.upper()} {path}" for path in routes for method in routes[path])
