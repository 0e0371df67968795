package main

// onMachine: web pages and other users of a developer's machine get nothing from
// the local stack, and it takes nothing of theirs.
var onMachine = []guard{
	{
		"a page's Origin", "infra/local/guard/guard.go",
		`r.Header.Get("Origin") == "" && r.`, `r.`, named("Row68Guards", "infra/local/guard"),
	},
	{
		"a page's Sec-Fetch-Site", "infra/local/guard/guard.go",
		` && r.Header.Get("Sec-Fetch-Site") == ""`, ``, named("Row68Guards", "infra/local/guard"),
	},
	{
		"the name of this machine", "infra/local/guard/guard.go",
		`only(next, "this machine", loopback)`, `next`, named("Row68Guards", "infra/local/guard"),
	},
	{
		"the name of this machine, for the console", "infra/local/guard/guard.go",
		`return loopback(r) && `, `return `, named("Row68Guards", "infra/local/guard"),
	},
	{
		"the console's own origin", "infra/local/guard/guard.go",
		`(origin == "" || origin == "http://"+r.Host) && `, `origin != "-" && `, named("Row68Guards", "infra/local/guard"),
	},
	{
		"the console's own site", "infra/local/guard/guard.go",
		`(site == "" || site == "same-origin" || site == "none")`, `site != "-"`, named("Row68Guards", "infra/local/guard"),
	},
	{
		"no empty key", "infra/local/guard/guard.go",
		`ok && key != "" && `, `ok && `, named("Row68OnlyTheKey", "infra/local/guard"),
	},
	{
		"no page at the API", "infra/local/wire.go",
		`guard.Programs(&gateway`, `http.Handler(&gateway`, named("Row68", "infra/local"),
	},
	{
		"no page at the state of the functions", "infra/local/wire.go",
		`guard.Pages(http.HandlerFunc(s.health))`, `http.HandlerFunc(s.health)`, named("Row68WebPage", "infra/local"),
	},
	{
		"no page at the endpoint", "infra/local/aws/server.go",
		`guard.Server(guard.Machine(s), s.log())`, `guard.Server(s, s.log())`, named("Row68WebPage", "infra/local"),
	},
	{
		"no page at fake Stripe", "infra/local/fakestripe.go",
		`guard.Machine(&s.api)`, `&s.api`, named("Row68WebPage", "infra/local"),
	},
	{
		"no page at the Runtime API", "infra/local/lambda/host.go",
		`guard.Machine(h.runtimeAPI())`, `h.runtimeAPI()`, named("Row68WebPage", "infra/local"),
	},
	{
		"a port for the engine that browsers refuse", "infra/local/engine/address.go",
		`strconv.Itoa(blocked[i])`, `strconv.Itoa(blocked[i]+10000)`, named("Row68WebPage", "infra/local"),
	},
	{
		"the key of mailbox and faults", "infra/local/aws/own.go",
		`if !guard.Keyed(r, s.OwnKey) {`, `if !guard.Keyed(r, s.OwnKey) && false {`, named("Row68Endpoint", "infra/local/aws"),
	},
	{
		"the key to put objects into fake Stripe", "internal/fakestripe/put.go",
		`[]byte(a.Key)) == 0 {`, `[]byte(a.Key)) == 2 {`, named("Row68FakeStripe", "infra/local"),
	},
	{
		"another stack's engine is not ours", "infra/local/engine/output.go",
		`[]byte("listening on http")`, `[]byte("listen")`, named("EngineOfAnotherStack", "infra/local/engine"),
	},
	{
		"a body that does not come ends the request", "infra/local/gateway/gateway.go",
		`_ = conn.SetReadDeadline(end)`, `_ = conn.SetReadDeadline(end.Add(time.Hour))`, named("Row68SlowBody", "infra/local/gateway"),
	},
	{
		"the data folder is no link", "infra/local/folder.go",
		`info, err := os.Lstat(dir)`, `info, err := os.Stat(dir)`, named("Row69ForeignDataFolderIsRefused", "infra/local"),
	},
	{
		"the data folder is the user's", "infra/local/folder.go",
		`case !ownedByUser(info):`, `case false:`, named("Row69ForeignDataFolderIsRefused", "infra/local"),
	},
	{
		"nothing in the data folder is a link", "infra/local/format.go",
		`case !plain:`, `case !plain && false:`, named("Row69ForeignDataFolderIsRefused", "infra/local"),
	},
	{
		"a folder of other things is no data folder", "infra/local/format.go",
		`	if foreign {`, `	if foreign && false {`, named("Row69ForeignDataFolderIsRefused", "infra/local"),
	},
	{
		"the run file is a plain file", "infra/local/folder.go",
		`if !info.Mode().IsRegular() {`, `if !info.Mode().IsRegular() && false {`, named("Row69RunFile", "infra/local"),
	},
	{
		"only a data folder is removed", "infra/local/remove.go",
		`root.Lstat(formatFile); err != nil {`, `root.Lstat(formatFile); err != nil && false {`, named("Row69ForeignDataFolderIsNotRemoved", "infra/local"),
	},
	{
		"no folder under a running stack is removed", "infra/local/remove.go",
		`if !tryLock(lock) {`, `if !tryLock(lock) && false {`, named("Row69FolderOfRunning", "infra/local"),
	},
	{
		"links are not removed", "infra/local/remove.go",
		`checkFiles(root, dir); err != nil {`, `checkFiles(root, dir); err != nil && false {`, named("Row69ForeignDataFolderIsNotRemoved", "infra/local"),
	},
	{
		"a database is read before it is opened", "infra/local/datafile/datafile.go",
		`check(path); err != nil {`, `check(path); err != nil && false {`, named("Row69Keys", "infra/local/datafile"),
	},
	{
		"keys of a database ascend", "infra/local/datafile/check.go",
		`k.any && (c > 0`, `k.any && (c > 9`, named("Row69Keys", "infra/local/datafile"),
	},
	{
		"a damaged table is told", "infra/local/aws/dynamodb.go",
		`&& engine.Damaged(answer) {`, `&& engine.Damaged(answer) && false {`, named("Row69DamagedTable", "infra/local/aws"),
	},
}
