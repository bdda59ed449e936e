/** The one place where the parts are wired together. */

import "maplibre-gl/dist/maplibre-gl.css";
import "./tokens.css";
import "./bars.css";
import "./base.css";
import "./panels.css";
import "./details.css";
import "./risk.css";
import "./phone.css";
import "./planner.css";
import "./load/load.css";
import "./place/place.css";
import "./incident/incident.css";
import "./time/time.css";
import { mountAnnouncer } from "./announce";
import { api } from "./api";
import { App } from "./app";
import { offerArchives } from "./archives";
import { BottomBar, TopBar } from "./bars";
import { BaseHandles } from "./base-handles";
import { BestMark } from "./best-mark";
import { ConnectionWatch } from "./connection";
import { CoveragePanel } from "./coverage-panel";
import { AreaDrawing } from "./draw-area";
import { asFailure, Fetchers } from "./fetchers";
import { IncidentDesk } from "./incident/desk";
import { LiveForm } from "./incident/live-form";
import { IncidentPanel } from "./incident/panel";
import { ItemPanel } from "./item-panel";
import { KeysPanel, listenToKeys } from "./keyboard";
import { LayersPanel } from "./layers-panel";
import { Layout } from "./layout";
import { LoadWizard } from "./load/wizard";
import { RiskMap } from "./map";
import { Movers } from "./movers";
import { listenToNews } from "./news";
import { AroundPanel } from "./place/around-panel";
import { Search } from "./place/search";
import { PlannerPanel } from "./planner-panel";
import { RiskPanel } from "./risk-panel";
import { SourcesPanel } from "./sources-panel";
import { Store } from "./store";
import { onSystemTheme, showTheme } from "./theme";
import { TimeBar } from "./time/bar";
import { Replayer } from "./time/replayer";
import type { Catalogue } from "./types";

const store = new Store();
const app = new App(store);
let riskMap: RiskMap | null = null;

function showState(): void {
  document.documentElement.lang = app.lang === "zh" ? "zh-CN" : "en";
  showTheme(app.theme);
}

/** The root changes first, so that every part that draws with the tokens reads the new ones. */
showState();
store.subscribe((state, before) => {
  showState();
  if (state.theme !== before.theme) riskMap?.redrawImages();
});
onSystemTheme(() => {
  if (store.state.theme) return;
  showState();
  riskMap?.redrawImages();
  app.catalogue.value = app.catalogue.value && { ...app.catalogue.value };
});

const search = new Search(app);
const wizard = new LoadWizard(app);
app.area = new AreaDrawing(app);
const around = new AroundPanel(app);
const desk = new IncidentDesk(app);
const incidents = new IncidentPanel(app, desk, () => around.place());
const planner = new PlannerPanel(app);
const layout = new Layout(app, new LayersPanel(app).element, {
  coverage: new CoveragePanel(app, planner.element, () => planner.build()).element,
  sources: new SourcesPanel(app).element,
  keys: new KeysPanel(app).element,
  risk: new RiskPanel(app).element,
  incidents: incidents.element,
  item: new ItemPanel(app, around.element, new LiveForm(app, desk)).element,
});
/** Whether what is shown may have missed answers while the server was away. */
let behind = false;
const connection = new ConnectionWatch(app, () => {
  behind = true;
  void load();
});
const time = new TimeBar(app, new Replayer(app));
const root = document.getElementById("app");
if (!root) throw new Error("no #app in the page");
layout.mount(
  root,
  new TopBar(app, search, desk).element,
  new BottomBar(app, time.element).element,
  time.strip,
  connection.bar,
  mountAnnouncer(),
);
layout.host(wizard.element);
listenToKeys(app, {
  search: () => search.focus(),
  around,
  incidents: () => incidents.begin(),
  warn: () => incidents.warn(),
  undo: () => desk.undoLast(),
});

app.changed = ({ incident, live, all }) => {
  if (incident || all) void desk.fetch();
  if (live || all) app.refetch();
};

function start(catalogue: Catalogue): void {
  const made = new RiskMap(layout.map, app, catalogue);
  riskMap = made;
  app.view = made;
  new BaseHandles(app, made.map);
  new BestMark(app, made.map);
  const fetchers = new Fetchers(app, () => made.bounds(), made.drawn);
  app.refetch = () => {
    around.refetch(); // first: what the fetchers clear would make it ask, and then once more
    fetchers.all();
  };
  // For tests and for a look under the bonnet; nothing in the page reads it.
  const handle = { map: made.map, store };
  Object.defineProperty(handle, "state", { get: () => store.state });
  Object.assign(window, { riskmap: handle });
}

/** How often to look for newly loaded data that nobody told of, in milliseconds. */
const LOOK_AGAIN = 60_000;
let known = "";

/** Fetch the catalogue: on opening, after a lost connection, and now and then for new versions. */
async function load(): Promise<void> {
  try {
    const catalogue = await api.layers(app.at);
    layout.failed(null);
    const fresh = JSON.stringify(catalogue);
    await offerArchives(catalogue);
    if (!riskMap) start(catalogue);
    if (fresh !== known) app.catalogue.value = catalogue;
    if (fresh !== known || behind) app.refetch();
    known = fresh;
    behind = false;
  } catch (error) {
    if (!riskMap) layout.failed(asFailure(error), () => void load());
  }
}

app.reload = load;
/** The day or moment of the layers that are shown. */
let asked = app.at;
function follow(): void {
  if (app.at === asked) return;
  asked = app.at;
  void load();
}
store.subscribe(follow);
app.replay.subscribe(follow);
void load();
void desk.fetch();
listenToNews(app, () => connection.look());
new Movers(app);
setInterval(() => document.hidden || void load(), LOOK_AGAIN);
