package console_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// grounds are what is written on: each token of the stylesheet is one of them or has a
// pair below.
var grounds = []string{"bg", "surface", "sunken", "accent-soft"}

// pairs are the tokens that are seen on grounds, with the least contrast that WCAG AA asks
// for: 4.5 for text, 3 for controls and shapes.
var pairs = map[string]struct {
	least float64
	on    []string
}{
	"ink": {4.5, grounds}, "ink2": {4.5, grounds}, "ink3": {4.5, grounds}, "accent": {4.5, grounds}, "done": {4.5, grounds}, "wait": {4.5, grounds},
	"control": {3, []string{"bg", "surface", "sunken"}}, "on-accent": {4.5, []string{"accent"}},
	"parked": {4.5, append([]string{"parked-soft"}, grounds...)}, "unknown": {4.5, append([]string{"unknown-soft"}, grounds...)},
	"quarantined": {4.5, append([]string{"quarantined-soft"}, grounds...)}, "dead": {4.5, append([]string{"dead-soft"}, grounds...)},
}

// decoration is what nobody has to see.
var decoration = map[string]bool{"line": true}

var tokenOf = regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9A-Fa-f]{6}), (#[0-9A-Fa-f]{6})\)`)

func TestEveryColourHasItsContrast(t *testing.T) {
	css, err := os.ReadFile("static/console.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]string{}
	for _, m := range tokenOf.FindAllStringSubmatch(string(css), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	if len(tokens) < 18 {
		t.Fatalf("the stylesheet has %d tokens", len(tokens))
	}
	used := map[string]bool{}
	for name, p := range pairs {
		used[name] = true
		for _, ground := range p.on {
			used[ground] = true
			for theme := range 2 {
				if c := contrast(t, tokens[name][theme], tokens[ground][theme]); c < p.least {
					t.Errorf("%s on %s, theme %d: %.2f, less than %.1f", name, ground, theme, c, p.least)
				}
			}
		}
	}
	for name := range tokens {
		if !used[name] && !decoration[name] {
			t.Errorf("the token %s has no pair", name)
		}
	}
}

// contrast is WCAG's ratio of two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex[min(1, len(hex)):], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
