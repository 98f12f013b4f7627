// What people and teams are called: cases, reports and lists name them by login and key.

import { get } from "./api.js";
import { banner } from "./dom.js";
import { settings } from "./words.js";

export const names = { people: [], teams: [] };

/** Once is enough; who may see no cases sees logins. */
export async function loadNames() {
  if (names.people.length || !settings.permissions.includes("cases")) return;
  try {
    [names.people, names.teams] = await Promise.all([get("/colleagues"), get("/teams")]);
    banner("names", null);
  } catch (problem) {
    banner("names", problem.message);
  }
}

/** A person's name; what the center did by itself has words of its own. */
export const personName = (login) => names.people.find((one) => one.login === login)?.name ?? settings.words[`by_itself_${login}`] ?? login;
export const teamName = (key) => names.teams.find((one) => one.key === key)?.name ?? key;

/** Whose a case is: the person, the team, or both. */
export const owners = ({ assignee, team }) => [assignee && personName(assignee), team && teamName(team)].filter(Boolean).join(" · ");
