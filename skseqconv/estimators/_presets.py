"""Published networks as class methods of the convolutional classifier."""

from __future__ import annotations

from typing import Any, Self

#: Layers that all published networks for series share.
_FOR_SERIES = {
    "pool_size": 1,
    "padding": "same",
    "normalization": "batch",
    "global_pooling": "average",
    "dropout": 0.0,
}

#: Few series need many passes over them. On held-out training series of ArrowHead, 500
#: training steps ("auto") gave 88.9 %, 100 steps gave 77.8 % (docs/accuracy.md).
_FEW_SERIES = {
    "learning_rate": 0.003,
    "learning_rate_schedule": "one_cycle",
    "batch_size": 16,
    "epochs": "auto",
}

_FCN = {
    **_FOR_SERIES,
    **_FEW_SERIES,
    "n_conv": 3,
    "filters": (128, 256, 128),
    "kernel_size": (8, 5, 3),
}

_RESNET = {
    **_FOR_SERIES,
    **_FEW_SERIES,
    "n_conv": 9,
    "filters": (64,) * 3 + (128,) * 6,
    "kernel_size": (8, 5, 3) * 3,
    "residual": 3,
}

_INCEPTION = {
    **_FOR_SERIES,
    **_FEW_SERIES,
    "n_conv": 6,
    "filters": 32,
    "kernel_size": ((40, 20, 10),) * 6,
    "bottleneck": 32,
    "pooling_branch": True,
    "residual": 3,
}

_KIM = {
    "embedding_dim": 300,
    "n_conv": 1,
    "filters": 100,
    "kernel_size": ((3, 4, 5),),
    "padding": "same",
    "global_pooling": "max",
    "dropout": 0.5,
}


class Presets:
    """Mixin: constructors of published networks, whose parameters can be overridden."""

    @classmethod
    def fcn(cls, **parameters: Any) -> Self:
        """Make the fully convolutional network of Wang et al. for series.

        Three convolutions of 128, 256 and 128 filters, of widths 8, 5 and 3, with batch
        normalization, and the mean over time (Wang, Yan, Oates, IJCNN 2017). For one
        channel and two classes it has 264,321 parameters: the convolutions have no
        biases, which batch normalization would remove.

        Parameters
        ----------
        **parameters : dict
            Parameters of the estimator that replace those of the preset, or add to
            them.

        Returns
        -------
        model : object
            An estimator that is not fitted. `get_params` shows all its parameters.

        Notes
        -----
        The training is ours, for panels of few series: 500 steps (``epochs="auto"``) in
        batches of 16, with one cycle of the learning rate up to 0.003. The paper trains
        for more steps.
        """
        return cls(**{**_FCN, **parameters})

    @classmethod
    def resnet(cls, **parameters: Any) -> Self:
        """Make the residual network of Wang et al. for series.

        Three blocks of three convolutions of widths 8, 5 and 3, with 64, 128 and 128
        filters (Wang, Yan, Oates, IJCNN 2017). For one channel and two classes it has
        502,721 parameters.

        Parameters
        ----------
        **parameters : dict
            Parameters of the estimator that replace those of the preset, or add to
            them.

        Returns
        -------
        model : object
            An estimator that is not fitted. `get_params` shows all its parameters.

        Notes
        -----
        The shortcut of the third block, which keeps the number of filters, has no
        normalization. The training is that of `fcn`.
        """
        return cls(**{**_RESNET, **parameters})

    @classmethod
    def inception(cls, **parameters: Any) -> Self:
        """Make one network of InceptionTime for series.

        Six modules of 32 filters for each of four branches: widths 40, 20 and 10 after
        a bottleneck of 32, and a pooling branch. There is a shortcut around each three
        modules (Ismail Fawaz et al., "InceptionTime", Data Mining and Knowledge
        Discovery 34, 2020). For one channel and two classes it has 403,681 parameters.
        InceptionTime is the vote of five such networks with other seeds.

        Parameters
        ----------
        **parameters : dict
            Parameters of the estimator that replace those of the preset, or add to
            them.

        Returns
        -------
        model : object
            An estimator that is not fitted. `get_params` shows all its parameters.

        Notes
        -----
        The second shortcut, which keeps the number of channels, is the identity. In the
        authors' program it has a convolution. The last activation of a block follows
        the sum; theirs stands before and after it. The training is that of `fcn`.
        """
        return cls(**{**_INCEPTION, **parameters})

    @classmethod
    def kim(cls, **parameters: Any) -> Self:
        """Make the network of Kim for texts.

        Word vectors of length 300, 100 filters each of the widths 3, 4 and 5 side by
        side, the maximum over time, and dropout of 0.5 before the head (Kim,
        "Convolutional neural networks for sentence classification", EMNLP 2014). Beside
        the word vectors it has 360,601 parameters for two classes. X holds token ids,
        from a `TokenSequencer`.

        Parameters
        ----------
        **parameters : dict
            Parameters of the estimator that replace those of the preset, or add to
            them.

        Returns
        -------
        model : object
            An estimator that is not fitted. `get_params` shows all its parameters.

        Notes
        -----
        Texts are padded on both sides ("same"), so all widths see all words. The word
        vectors are learned. The limit of Kim on the norm of the head's weights is left
        out, and the training is the default of the estimator.
        """
        return cls(**{**_KIM, **parameters})
