// Takes what was typed and not yet sent off this device when its user signs out. Without it nothing is kept there.

import { forgetAll, reader } from "./activity-local.js";

document.querySelector("[data-logout]")?.addEventListener("submit", () => forgetAll(reader()));
