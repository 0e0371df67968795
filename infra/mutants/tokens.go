package main

// tokens: a function's call to another service carries its token, or is not made.
var tokens = []guard{
	{
		"no request is made without its token", "internal/action/http.go",
		`	if err := c.authorize(req); err != nil {`, `	if err := c.authorize(req); false && err != nil {`, named("WithoutItsToken", "internal/action"),
	},
	{
		"a token that cannot be read leaves no effect unknown", "internal/action/http.go",
		`		return NotSent(fmt.Errorf("call %s: %w", c.Service, err))`, `		return err`, named("WithoutItsToken", "internal/action"),
	},
}
