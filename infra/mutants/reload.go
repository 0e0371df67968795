package main

// reloaded are the guards of blocks that fit their functions, and of a running stack that
// takes up what changes.
var reloaded = []guard{
	{
		"an action is named for its folder", "infra/check/blocks.go",
		`	case action != folder:`, `	case false:`, named("DoesNotFitItsFunction", "infra/check"),
	},
	{
		"no action is the dead letters of another", "infra/check/blocks.go",
		`	case strings.HasSuffix(action, "-dead"):`, `	case false:`, named("DoesNotFitItsFunction", "infra/check"),
	},
	{
		"a function reads its own queue", "infra/check/blocks.go",
		`"Queue")); ok && q.in != d {`, `"Queue")); ok && false {`, named("DoesNotFitItsFunction", "infra/check"),
	},
	{
		"a table that the code changes is given", "infra/check/uses.go",
		`		if !slices.Contains(arns, arn) && !slices.Contains(arns, unreadable) {`, `		if false {`, named("TableThatTheCodeChanges", "infra/check"),
	},
	{
		"old code takes no event after it was replaced", "infra/local/lambda/pool.go",
		`	if env.code != p.code { // replaced while it worked`, `	if false {`, named("WhatRunsIsFinished", "infra/local/lambda"),
	},
	{
		"code that works is not killed when it is replaced", "infra/local/lambda/deploy.go",
		`	p.code = next
`, `	p.code = next
	p.host.envs.Range(func(_, v any) bool {
		if old, ok := v.(*process); ok && old != env {
			old.kill()
		}
		return true
	})
`, named("WhatRunsIsFinished", "infra/local/lambda"),
	},
	{
		"what a removed function has in work keeps its rights", "infra/local/apply.go",
		`	for _, roles := range []map[string]template.Role{old.Roles, next.Roles} {`, `	for _, roles := range []map[string]template.Role{next.Roles} {`,
		named("WhatIsLeftKeepsItsRights", "infra/local"),
	},
}
