"""What the windows tell: QObjects and list models, without a widget."""
