"""An address on the internet for a bridge on this machine: one file per way out, watched and made again when it is lost."""
