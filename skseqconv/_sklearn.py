"""What scikit-learn before 1.9 lacks: callbacks, as tasks that nobody watches."""

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ModuleNotFoundError:

    class _UnwatchedTask:
        """A fit or an epoch without callbacks."""

        def subcontext(self, **options):
            return self

        def call_on_fit_task_begin(self, **given):
            pass

        def call_on_fit_task_end(self, **given):
            """Never ask a fit to stop."""
            return False

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Makes the task of a fit; there is no `set_callbacks`."""

        def _init_callback_context(self, **options):
            return _UnwatchedTask()

    def with_callbacks(method):
        return method


__all__ = ["CallbackSupportMixin", "with_callbacks"]
