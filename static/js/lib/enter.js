/**
 * Whether Enter sends. It does not in the middle of composing a word with an input method, where
 * it accepts a candidate.
 *
 * Chromium and Firefox say `isComposing`, or keyCode 229, on that keydown. Safari fires
 * `compositionend` first, so there the key follows the end of composing within a few milliseconds:
 * https://bugs.webkit.org/show_bug.cgi?id=165004
 */
export class EnterKey {
  #endedAt = -Infinity;

  /** To be called with the time stamp of every `compositionend`. */
  compositionEnded(timeStamp) {
    this.#endedAt = timeStamp;
  }

  /** Whether a keydown is the Enter that sends; where Enter `breaks` lines, only with Ctrl or Cmd. */
  sends(event, { breaks = false } = {}) {
    if (event.key !== "Enter") return false;
    if (event.shiftKey || event.altKey) return false;
    if (breaks && !(event.ctrlKey || event.metaKey)) return false;
    if (event.isComposing || event.keyCode === 229) return false;
    return event.timeStamp - this.#endedAt > 30;
  }
}
