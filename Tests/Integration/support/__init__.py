"""Whole processes and real sockets for the integration suite: origins, a gateway, clients."""
