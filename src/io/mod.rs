//! The world: files, keys, sockets.
