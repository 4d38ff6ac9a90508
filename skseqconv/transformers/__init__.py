"""Pipeline steps before the network: one public class a file."""
