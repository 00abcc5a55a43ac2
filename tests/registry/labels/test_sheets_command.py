"""``carbonlabel labels``, and what its document says of the sheets."""

import io
import zipfile
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner, Result

from registry.labels.sheets import FORMS
from tests.world import ENVIRON, MAKER, RIVAL, gtin, new_registry, published
from verifier.cli.app import build

DOCUMENT = Path(__file__).parents[3] / "docs/labels.md"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("labels") / "home"
    with closing(new_registry(path)) as made:
        published(made, 2)
    return path


def labels(home: Path, out: Path, *words: str) -> Result:
    told = ["labels", str(out), "--home", str(home), *words]
    return CliRunner(env=dict(ENVIRON)).invoke(build(None), told)


def test_sheets_begin_where_labels_are_left(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheets.pdf"
    done = labels(home, out, "--member", MAKER.id, "--skip", "20")
    assert (done.exit_code, done.output) == (0, f"{out}: 2 labels\n")
    document = pypdfium2.PdfDocument(io.BytesIO(out.read_bytes()))
    assert len(document) == 2
    document.close()


def test_the_labels_of_a_file_of_paths_are_minted_and_drawn(home: Path, tmp_path: Path) -> None:
    paths, out = tmp_path / "paths.txt", tmp_path / "artwork.zip"
    paths.write_text(f"/01/{gtin(1)}/10/L1/21/1\n\n/01/{gtin(1)}/10/L1/21/2\n")
    done = labels(home, out, "--member", MAKER.id, "--paths", str(paths), "--language", "zh", "--variant", "code")
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".svg")]) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--member", RIVAL.id), "has no record in force"),
        (("--member", MAKER.id, "--sheet", "foolscap"), "is no sheet known here"),
        (("--member", MAKER.id, "--paths", "/nowhere/paths.txt"), "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(home: Path, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    out = tmp_path / "sheets.pdf"
    done = labels(home, out, *words)
    assert done.exit_code != 0
    assert says in " ".join(done.output.split())
    assert not out.exists()


def test_a_file_of_another_kind_is_not_written(home: Path, tmp_path: Path) -> None:
    done = labels(home, tmp_path / "sheets.png", "--member", MAKER.id)
    assert done.exit_code != 0
    assert "name a .pdf or .zip file" in " ".join(done.output.split())


def test_the_document_has_every_form_of_a_sheet() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for form in FORMS.values():
        assert f"| `{form.name}` | {form.count} | {form.width:.4g} x {form.height:.4g} |" in text
