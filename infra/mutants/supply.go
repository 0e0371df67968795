package main

// supply: no code comes in that nobody pinned.
var supply = []guard{
	{
		"a program of another version than the locked one is not used", "infra/local/npm/npm.go",
		`	return l.Folder + "-" + l.version + "-" + digest[:min(16, len(digest))]`, `	return l.Folder + digest[:0]`,
		named("AnEarlierLockNamed", "infra/local/engine"),
	},
	{
		"a program without a checksum is not installed", "infra/local/npm/npm.go",
		`ok && !strings.HasPrefix(l.integrity, "sha512-")`, `false`, named("WithoutAChecksum", "infra/local/engine"),
	},
	{
		"npm installs what the lock file lists", "infra/local/npm/run.go",
		`"ci", `, `"install", "--no-package-lock", `, named("AnotherChecksum", "infra/local/engine"),
	},
	{
		"npm runs no script of a package", "infra/local/npm/run.go",
		`"--ignore-scripts", `, ``, named("WithoutRunningScripts", "infra/local/engine"),
	},
	{
		"the second of two installations finds the first one's program", "infra/local/npm/npm.go",
		`	if _, there := os.Stat(binary); there == nil {`, `	if false {`, named("WithoutRunningScripts", "infra/local/engine"),
	},
	{
		"an action of a workflow is a commit", "infra/check/supply.go",
		`u != "" && !pinnedAction.MatchString(u)`, `false`, unpinned("a_tag_of"),
	},
	{
		"a workflow may only read", "infra/check/supply.go",
		`	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {`, `	if false {`, unpinned("may_write_packages"),
	},
	{
		"a job has the rights of its workflow", "infra/check/supply.go",
		`	if len(job.Permissions) > 0 && !deploys(w.On, job.Environment, job.Permissions) {`, `	if false {`, unpinned("a_job_that"),
	},
	{
		"a checkout keeps no token", "infra/check/supply.go",
		` && s.With["persist-credentials"] != false {`, ` && false {`, unpinned("a_token"),
	},
	{
		"a Python package has one version", "infra/check/supply.go",
		`		case !pinnedWheel.MatchString(line):`, `		case false:`, unpinned("a_Python_package_of"),
	},
	{
		"a Python package has a checksum", "infra/check/supply.go",
		`		case i+1 == len(lines) || !strings.HasPrefix(lines[i+1], hash):`, `		case i < 0:`, unpinned("a_Python_package_without"),
	},
	{
		"an npm package has one version", "infra/check/supply.go",
		`			if strings.Trim(version, "0123456789.") != "" {`, `			if false {`, unpinned("an_npm_package_of"),
	},
	{
		"an npm package has a checksum", "infra/check/supply.go",
		`		if !strings.HasPrefix(p.Integrity, "sha512-") {`, `		if false {`, unpinned("an_npm_package_without"),
	},
	{
		"an npm package has no script", "infra/check/supply.go",
		`		if p.HasInstallScript {`, `		if false {`, unpinned("with_a_script"),
	},
	{
		"a module names the newest patch of Go", "infra/check/supply.go",
		`		if line == "" {`, `		if false {`, unpinned("no_newest"),
	},
	{
		"no module is replaced", "infra/check/supply.go",
		`		if replaced.Match(text) {`, `		if false {`, unpinned("a_replaced"),
	},
	{
		"the licences of code that a module took from others are notices", "infra/notices/linked.go",
		`		for ; len(f) > len(m.Dir); f = filepath.Dir(f) {`, `		for range 0 {`, named("TookFromOthers", "infra/notices"),
	},
}

func unpinned(what string) []string {
	return named("TestCodeThatNobodyPinnedIsRefused/"+what, "infra/check")
}
