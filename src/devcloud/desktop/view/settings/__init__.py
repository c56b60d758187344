"""The pages of the settings. Each shows some keys of `SettingsModel` and changes them at once."""
