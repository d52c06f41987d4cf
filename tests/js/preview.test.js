import assert from "node:assert/strict";
import { test } from "node:test";

import { placeBeside } from "../../static/js/later/preview.js";

const VIEW = { width: 390, height: 844 };
const SIZE = { width: 300, height: 200 };

const at = (left, top) => ({ left, right: left + 20, top, bottom: top + 20 });

test("a preview stands below the middle of what it belongs to", () => {
  assert.deepEqual(placeBeside(at(185, 100), SIZE, VIEW), { left: 45, top: 126 });
});

test("it stands above where there is no room below", () => {
  assert.deepEqual(placeBeside(at(185, 800), SIZE, VIEW), { left: 45, top: 594 });
});

test("it never leaves the view, wherever its anchor is and however small the view", () => {
  for (const view of [VIEW, { width: 320, height: 256 }]) {
    for (let left = -20; left < view.width + 20; left += 10) {
      for (let top = -20; top < view.height + 20; top += 10) {
        const place = placeBeside(at(left, top), SIZE, view);
        assert.ok(place.left >= 8 && place.left + SIZE.width <= view.width - 8);
        assert.ok(place.top >= 8 && place.top + SIZE.height <= view.height - 8);
      }
    }
  }
});
