"""An LSTM, which reads texts and sequences from their beginning to their end, and back."""

from modelyard.networks.reading.cards import sequence_card
from modelyard.networks.reading.cells import PARAMETERS, fit_recurrent
from modelyard.networks.reading.recurrent import LSTM
from modelyard.protocols.algorithms import FitInput, FittedModel


class LongShortTermMemory:
    """Cells that learn what to keep of earlier items, and what to forget."""

    card = sequence_card(
        key="lstm",
        title="LSTM",
        summary="A recurrent network for texts and sequences of numbers. Reads one item after the "
        "other, and remembers what later ones are to be understood by.",
        source="Hochreiter, Schmidhuber: Long Short-Term Memory, Neural Computation 9 (1997); "
        "Gers, Schmidhuber, Cummins: Learning to Forget, Neural Computation 12 (2000)",
        own=PARAMETERS,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the rows, and keep the weights that answer validation rows best."""
        return fit_recurrent(training, LSTM)


COMPONENT = LongShortTermMemory()
