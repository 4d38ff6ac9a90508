"""The compiled programs that train, score and run networks. TensorFlow only here."""
