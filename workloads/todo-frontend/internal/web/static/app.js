// The todo page: reads the user's tasks from the API, sends changes there, and
// listens to /ws for changes made elsewhere. Without the socket it looks for
// changes every few seconds.
import { taskFromForm, details, visible, newest, problemText } from "/model.js";

const POLL_MS = 5000;
const RECONNECT_MS = [500, 1000, 2000, 5000, 10000];

const $ = (id) => document.getElementById(id);
const user = userId();
const api = document.body.dataset.api;
const tasks = new Map();
let live = false;

// userId is made once per browser; a deployment with logins would set it.
function userId() {
  let id = localStorage.getItem("user_id");
  if (!id) {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
    id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    localStorage.setItem("user_id", id);
  }
  return id;
}

async function call(method, path, body, headers = {}) {
  const init = { method, headers: { ...headers }, signal: AbortSignal.timeout(15000) };
  if (body !== undefined) {
    init.headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Error("The service does not answer. Check your connection and try again.");
  }
  if (!response.ok) throw new Error(await problemText(response));
  return response.status === 204 ? null : response.json();
}

async function refresh() {
  const found = new Map();
  let cursor = "";
  do {
    const page = await call("GET", `${api}?user_id=${user}&limit=500${cursor}`);
    for (const task of page.tasks) found.set(task.task_id, task);
    cursor = page.next_cursor ? `&cursor=${page.next_cursor}` : "";
  } while (cursor);
  tasks.clear();
  for (const [id, task] of found) tasks.set(id, task);
  render();
}

function put(task) {
  const known = tasks.get(task.task_id);
  // Answers and pushes may overtake each other: the younger state wins.
  if (!known || Date.parse(known.updated_at) <= Date.parse(task.updated_at)) tasks.set(task.task_id, task);
  render();
}

function drop(id) {
  tasks.delete(id);
  render();
}

// attempt runs a change and shows what went wrong; it tells whether it worked.
async function attempt(change) {
  try {
    await change();
    show("");
    return true;
  } catch (error) {
    show(error.message);
    return false;
  }
}

function show(problem) {
  $("problem").textContent = problem;
  $("problem").hidden = problem === "";
}

const patch = (id, change) => attempt(async () => put(await call("PATCH", `${api}/${id}`, change)));

function row(task) {
  const li = $("task-row").content.firstElementChild.cloneNode(true);
  li.dataset.taskId = task.task_id;
  li.dataset.completed = String(task.completed);
  li.dataset.priority = task.priority;
  li.querySelector(".title").textContent = task.title;
  li.querySelector(".details").textContent = details(task);
  const done = li.querySelector(".done");
  done.checked = task.completed;
  done.setAttribute("aria-label", `Completed: ${task.title}`);
  done.addEventListener("change", async () => {
    if (!(await patch(task.task_id, { completed: done.checked }))) done.checked = task.completed;
  });
  const rename = li.querySelector(".rename");
  rename.setAttribute("aria-label", `Rename: ${task.title}`);
  rename.addEventListener("click", () => {
    const title = prompt("New title", task.title);
    if (title !== null && title !== task.title) patch(task.task_id, { title });
  });
  const remove = li.querySelector(".remove");
  remove.setAttribute("aria-label", `Delete: ${task.title}`);
  remove.addEventListener("click", () => attempt(async () => {
    await call("DELETE", `${api}/${task.task_id}`);
    drop(task.task_id);
  }));
  return li;
}

// render draws only what has changed: a row that is pressed or read while news come
// in stays where it is, and keeps the keyboard's place.
function render() {
  const list = $("tasks");
  const shown = visible([...tasks.values()], $("filter").value).sort(newest);
  const drawn = new Map([...list.children].map((li) => [li.dataset.taskId, li]));
  const ids = new Set(shown.map((task) => task.task_id));
  for (const [id, li] of drawn) if (!ids.has(id)) li.remove();
  shown.forEach((task, i) => {
    const li = redrawn(drawn.get(task.task_id), task);
    if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null);
  });
  $("empty").hidden = shown.length > 0;
  $("count").textContent = `${shown.length} of ${tasks.size}`;
}

// redrawn is the row of a task: the old one if it shows the task as it is, else a
// new one in the old one's place, the keyboard's place included.
function redrawn(old, task) {
  const fresh = row(task);
  if (old?.isEqualNode(fresh)) {
    old.querySelector(".done").checked = task.completed;
    return old;
  }
  const control = old?.contains(document.activeElement) && document.activeElement.className;
  old?.replaceWith(fresh);
  if (control) fresh.querySelector(`.${control}`)?.focus();
  return fresh;
}

function state(name, text) {
  live = name === "live";
  $("live").dataset.state = name;
  $("live").textContent = text;
}

function listen(tries = 0) {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws?user_id=${user}`);
  socket.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    if (event.type === "stream.ready") {
      tries = 0;
      state("live", "Live");
      attempt(refresh); // what changed while nobody listened
    } else if (event.type === "task.sync") {
      if (event.data.action === "delete") drop(event.data.task_id);
      else put({ ...event.data.task_snapshot, updated_at: event.time });
    }
  });
  socket.addEventListener("close", () => {
    state("polling", "Not live: looking for changes every few seconds");
    setTimeout(listen, RECONNECT_MS[Math.min(tries, RECONNECT_MS.length - 1)], tries + 1);
  });
}

$("new-task").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const form = submit.target;
  // The key lets a repeated submit after a lost answer find the first task.
  const key = form.dataset.key ?? (form.dataset.key = `${Date.now()}-${Math.random().toString(36).slice(2)}`);
  const worked = await attempt(async () => {
    put(await call("POST", api, taskFromForm(new FormData(form), user), { "Idempotency-Key": key }));
  });
  if (worked) {
    delete form.dataset.key;
    form.reset();
    form.elements.title.focus();
  }
});
$("new-task").addEventListener("input", (input) => delete input.currentTarget.dataset.key);
$("filter").addEventListener("change", render);
$("user").textContent = user;
setInterval(() => { if (!live && !document.hidden) attempt(refresh); }, POLL_MS);
attempt(refresh);
listen();
