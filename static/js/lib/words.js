/** The words that scripts say; what the server renders is not repeated here. */
export const WORDS = {
  answering: "Writing the answer …",
  answered: "The answer is ready.",
  copied: "Copied",
  copy: "Copy",
  copyCode: "Copy code",
  copyFailed: "Copying failed. Press Ctrl+C.",
  gone: "This conversation was deleted.",
  lost: "The server cannot be reached. Trying again …",
  noAnswer: "The server could not be reached. Try again.",
  nonsense: "The server's reply could not be read. Reload the page.",
  offline: "You are offline. What is being written goes on.",
  refused: "The server refused this. Reload the page and try again.",
  signedOut: "You are signed out. Reload the page to sign in again.",
  trouble: "The server is in trouble. Try again in a moment.",
  tooLarge: "This file is larger than the server accepts.",
  tooMany: "That was too much at once. Wait a moment and try again.",
};
