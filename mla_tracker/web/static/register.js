// What script adds to the pages. Each module looks for its own marks; a page without them costs nothing.
import {startDisplay} from "./display.js";
import {startGuards} from "./guards.js";
import {startKeys} from "./keys.js";
import {startLists} from "./lists.js";
import {startPalette} from "./palette.js";
import {startPasskeys} from "./passkeys.js";
import {startSelects} from "./selects.js";

startDisplay();
startSelects();
startLists();
startGuards();
startKeys();
startPalette();
startPasskeys();
