"""A GRU, which reads texts and sequences as an LSTM does, by simpler cells."""

from modelyard.networks.reading.cards import sequence_card
from modelyard.networks.reading.cells import PARAMETERS, fit_recurrent
from modelyard.networks.reading.recurrent import GRU
from modelyard.protocols.algorithms import FitInput, FittedModel


class GatedRecurrentUnit:
    """Cells that mix what they knew with what they read."""

    card = sequence_card(
        key="gru",
        title="GRU",
        summary="A recurrent network for texts and sequences of numbers. As the LSTM, with a "
        "quarter less to learn.",
        source="Cho et al.: Learning Phrase Representations using RNN Encoder-Decoder for "
        "Statistical Machine Translation, EMNLP (2014), section 2.3",
        own=PARAMETERS,
    )

    def fit(self, training: FitInput) -> FittedModel:
        """Pass over the rows, and keep the weights that answer validation rows best."""
        return fit_recurrent(training, GRU)


COMPONENT = GatedRecurrentUnit()
