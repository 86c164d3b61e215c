"""A register of requests for mutual legal assistance and extradition, for a State's central authority."""
