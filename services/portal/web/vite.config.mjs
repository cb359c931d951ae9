import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";
import { defineConfig } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const portal = resolve(here, "..");
const OLDEST = 80; // Chromium
const TABLER = join(here, "node_modules/@tabler/core");
/** Names that Tabler has too and that here mean our own components. */
const OURS = /^\.?(alert|breadcrumb|card|empty|figure|footer|icon|lead|mark|nav|page|page-header|required|show|status|steps?|tabs|tag|timeline|toolbar)(-|$)/;

/** What our pages and islands say, of which only the words matter to the purge. */
function read(folder, endings) {
  const texts = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!["node_modules", "static", "web"].includes(entry.name)) texts.push(...read(path, endings));
    } else if (endings.some((ending) => entry.name.endsWith(ending))) {
      texts.push(readFileSync(path, "utf8"));
    }
  }
  return texts;
}

/** Of Tabler's 600 KB, the rules whose class names our own files use; what our tokens say anyway is left out. */
async function tabler() {
  const texts = [...read(portal, [".html", ".py"]), ...read(join(here, "src"), [".js"])];
  const [found] = await new PurgeCSS().purge({
    css: [{ raw: readFileSync(join(TABLER, "dist/css/tabler.min.css"), "utf8") }],
    content: texts.map((raw) => ({ raw, extension: "html" })),
    blocklist: [OURS],
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  const folder = join(here, "node_modules/.yinuo");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "tabler.css"), found.css);
}

/** What came out of Tabler is a style sheet of ours to vite: its licence is added here. */
function credits() {
  return {
    name: "credits",
    writeBundle(options) {
      const { version } = JSON.parse(readFileSync(join(TABLER, "package.json"), "utf8"));
      const licence = readFileSync(join(here, "tabler-license.txt"), "utf8");
      appendFileSync(join(options.dir, "licenses.md"), `\n## @tabler/core - ${version} (MIT)\n\n${licence}`);
    },
  };
}

export default defineConfig(async () => {
  await tabler();
  const entries = readdirSync(join(here, "src")).filter((name) => /^(app\.css|[a-z]+\.js)$/.test(name));
  return {
    plugins: [credits()],
    root: here,
    base: "/static/",
    publicDir: false,
    logLevel: "warn",
    css: { transformer: "lightningcss", lightningcss: { targets: { chrome: OLDEST << 16 } } },
    build: {
      target: "es2019",
      cssTarget: `chrome${OLDEST}`,
      outDir: process.env.PORTAL_STATIC || resolve(portal, "static"),
      emptyOutDir: true,
      assetsDir: "",
      manifest: "manifest.json",
      modulePreload: false,
      assetsInlineLimit: 0,
      cssMinify: "lightningcss",
      license: { fileName: "licenses.md" },
      rollupOptions: { input: Object.fromEntries(entries.map((name) => [name, join(here, "src", name)])) },
    },
  };
});
