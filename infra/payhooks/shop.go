package main

import (
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/judge"
	"github.com/payhooks/payhooks/infra/shop/pages"
	"github.com/payhooks/payhooks/internal/shop/shopsim"
)

// The shop adds its subcommands, what it keeps of an erased customer, its month as the
// demo's plan, its actions to the simulation, and its pages to the console.
func init() {
	erasers = append(erasers, shop.Erasers...)
	commands = append(commands, shop.All...)
	plans = append(plans, judge.Plan)
	simulated = append(simulated, shopsim.Plan)
	businesses = append(businesses, pages.Open)
}
