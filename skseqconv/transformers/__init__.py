"""Transformers for the Pipeline steps before the network, one public class per file."""
