"""What lies in the packages of registered models, read as verified bytes: no model is opened."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from modelyard.domain.errors import NotFound
from modelyard.domain.manifests import Manifest
from modelyard.domain.runs import Model
from modelyard.kit.zips import zipped
from modelyard.reporting.cards import model_card
from modelyard.reporting.chart_files import chart_files
from modelyard.reporting.exports import metrics_document
from modelyard.reporting.results import Results, results_of
from modelyard.reporting.subjects import ReportSubject, read_subject
from modelyard.runtime.packages import REPORT, REPORT_DATA, SealedPackage


@dataclass(frozen=True)
class ModelFileService:
    """Reads packages.

    Attributes:
        look_into: verifies the manifest of a registered package.
    """

    look_into: Callable[[Model], SealedPackage]

    def manifest(self, model: Model) -> Manifest:
        """Return what the package says of itself.

        Raises:
            PackageError: if the package is not the one that was registered.
        """
        return self.look_into(model).manifest

    def card(self, model: Model) -> str:
        """Return the model card, as Markdown.

        Raises:
            PackageError: as `manifest`.
        """
        package = self.look_into(model)
        return model_card(package.manifest, _subject(package))

    def report(self, model: Model) -> bytes:
        """Return the report, as one page that opens offline.

        Raises:
            PackageError: as `manifest`.
            NotFound: if the package has none.
        """
        page = self.look_into(model).read(REPORT)
        if page is None:
            raise NotFound(
                f"The package of {model.reference} has no report.", fix="Train the model again."
            )
        return page

    def subject(self, model: Model) -> ReportSubject | None:
        """Return what the report says; None in a package that keeps it as a page alone.

        Raises:
            PackageError: as `manifest`.
        """
        return _subject(self.look_into(model))

    def results(self, model: Model) -> Results:
        """Return what the report says, part by part.

        Raises:
            PackageError: as `manifest`.
            NotFound: if the package has no report, or keeps it as a page alone.
        """
        return results_of(self._told(model))

    def metrics(self, model: Model, *, form: str) -> bytes:
        """Return the metrics of the training as the content of a file.

        Args:
            model: whose training.
            form: "json" or "csv".

        Raises:
            PackageError: as `manifest`.
            InvalidValue: if there is no such form.
        """
        return metrics_document(self.manifest(model).metrics, f".{form}")

    def charts(self, model: Model) -> bytes:
        """Return every chart of the report as SVG files in a zip file; the same ones every time.

        Raises:
            PackageError: as `manifest`.
            NotFound: as `results`.
        """
        drawn = chart_files(self._told(model).evaluation, form="svg")
        folder = f"{model.name}-{model.version}-charts"
        members = ((f"{folder}/{name}", len(file), iter([file])) for name, file in drawn.items())
        return b"".join(zipped(members))

    def _told(self, model: Model) -> ReportSubject:
        subject = self.subject(model)
        if subject is None:
            raise NotFound(
                f"The package of {model.reference} keeps no report, or keeps it as a page alone.",
                fix="Look at its report, or train the model again.",
            )
        return subject

    def archive(self, model: Model) -> Iterator[bytes]:
        """Return the package as a zip file, piece by piece; equal packages give equal bytes.

        Every file is verified before the first piece is handed out, and while it is.

        Raises:
            PackageError: as `manifest`.
        """
        package = self.look_into(model)
        for name in package.manifest.files:
            deque(package.pieces(name), maxlen=0)
        return zipped(_members(package, f"{model.name}-{model.version}"))


def _members(package: SealedPackage, folder: str) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    for name, content in sorted(package.seal.items()):
        yield f"{folder}/{name}", len(content), iter([content])
    for name, file in sorted(package.manifest.files.items()):
        yield f"{folder}/{name}", file.size_bytes, package.pieces(name)


def _subject(package: SealedPackage) -> ReportSubject | None:
    content = package.read(REPORT_DATA)
    return None if content is None else read_subject(content)
