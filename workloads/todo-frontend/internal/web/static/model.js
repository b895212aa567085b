// What the page knows about tasks, without the page: tested on its own.

// taskFromForm turns the form's fields into the body of a new task.
export function taskFromForm(form, user) {
  const due = form.get("due_date");
  return {
    user_id: user,
    title: form.get("title"),
    priority: form.get("priority"),
    due_date: due ? new Date(due).toISOString() : null,
    recurrence_pattern: form.get("recurrence_pattern") || null,
    tags: [...new Set((form.get("tags") ?? "").split(",").map((tag) => tag.trim()).filter(Boolean))],
  };
}

// details is the second line of a task.
export function details(task) {
  const parts = [];
  if (task.priority !== "medium") parts.push(`${task.priority} priority`);
  if (task.due_date) parts.push(`due ${new Date(task.due_date).toLocaleString()}`);
  if (task.recurrence_pattern) parts.push(`repeats ${task.recurrence_pattern}`);
  for (const tag of task.tags) parts.push(`#${tag}`);
  return parts.join(" · ");
}

export function visible(tasks, filter) {
  if (filter === "all") return tasks;
  return tasks.filter((task) => task.completed === (filter === "done"));
}

// newest sorts the youngest first: version 7 UUIDs sort by age.
export const newest = (a, b) => (a.task_id < b.task_id ? 1 : a.task_id > b.task_id ? -1 : 0);

// problemText turns an RFC 9457 answer into words.
export async function problemText(response) {
  try {
    const problem = await response.json();
    const errors = (problem.errors ?? []).map((error) => `${error.pointer.slice(1)} ${error.detail}`);
    return [`${problem.title}. ${problem.detail ?? ""}`.trim(), ...errors].join("\n");
  } catch {
    return `The service answers ${response.status}.`;
  }
}
