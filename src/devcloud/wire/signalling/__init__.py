"""Today's signalling protocol, `devcloud.v2`: messages, bodies and their JSON. Pure."""
