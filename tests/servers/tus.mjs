// The reference server of tus 1.0, with its files in a folder of its own that goes with it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const directory = mkdtempSync(join(tmpdir(), "linchpin-tus-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
new Server({ path: "/files", datastore: new FileStore({ directory }) }).listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
