"""After a restore: what was due since the backup may have left already, and nothing of it leaves by itself."""
