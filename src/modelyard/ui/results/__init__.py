"""What came of trainings: the list of runs, and of one model everything that was measured."""
