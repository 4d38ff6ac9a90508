"""The networks as scikit-learn estimators: one public class a file."""
