"""The widgets. They show what a view-model tells, and tell it what a person did."""
