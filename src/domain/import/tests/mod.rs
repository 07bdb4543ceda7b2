mod commands;
mod words;
