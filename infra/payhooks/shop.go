package main

import (
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/judge"
	"github.com/payhooks/payhooks/infra/shop/pages"
	"github.com/payhooks/payhooks/internal/shop/shopsim"
)

// The shop adds its pages of the console, its subcommands, what it keeps of an erased customer, its month as the
// demo's plan, and its actions to the simulation.
func init() {
	consolePages = append(consolePages, pages.Pages...)
	erasers = append(erasers, shop.Erasers...)
	commands = append(commands, shop.All...)
	plans = append(plans, judge.Plan)
	simulated = append(simulated, shopsim.Plan)
}
