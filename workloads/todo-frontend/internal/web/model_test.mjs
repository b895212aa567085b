import test from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const source = await readFile(new URL("static/model.js", import.meta.url), "utf8");
const model = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const form = (fields) => ({ get: (name) => fields[name] ?? null });

test("a form becomes the body of a new task", () => {
  assert.deepEqual(
    model.taskFromForm(form({ title: "Milk", priority: "low", due_date: "", recurrence_pattern: "", tags: " home, ,home,garden " }), "u"),
    { user_id: "u", title: "Milk", priority: "low", due_date: null, recurrence_pattern: null, tags: ["home", "garden"] },
  );
  const due = model.taskFromForm(form({ title: "x", priority: "high", due_date: "2026-02-15T09:30", recurrence_pattern: "daily", tags: "" }), "u");
  assert.equal(due.due_date, new Date("2026-02-15T09:30").toISOString());
  assert.equal(due.recurrence_pattern, "daily");
});

test("details show what is special", () => {
  const task = { priority: "medium", due_date: null, recurrence_pattern: null, tags: [] };
  assert.equal(model.details(task), "");
  assert.equal(model.details({ ...task, priority: "high", recurrence_pattern: "daily", tags: ["a", "b"] }), "high priority · repeats daily · #a · #b");
});

test("filters and order", () => {
  const open = { task_id: "1", completed: false }, done = { task_id: "2", completed: true };
  assert.deepEqual(model.visible([open, done], "open"), [open]);
  assert.deepEqual(model.visible([open, done], "done"), [done]);
  assert.deepEqual(model.visible([open, done], "all").sort(model.newest), [done, open]);
});

test("problems become words", async () => {
  const answer = (status, body) => ({ status, json: async () => JSON.parse(body) });
  assert.equal(
    await model.problemText(answer(422, '{"title":"Invalid","detail":"Correct it.","errors":[{"pointer":"/title","detail":"is required"}]}')),
    "Invalid. Correct it.\ntitle is required",
  );
  assert.equal(await model.problemText(answer(502, "<html>")), "The service answers 502.");
});
