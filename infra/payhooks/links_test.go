package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)#\s]*)#?([^)\s]*)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped = regexp.MustCompile("[^a-z0-9 _-]")
)

// anchors are what GitHub makes of the headings.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all[strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return all
}

func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	needsShop(t) // they lead to its folders, too
	found := 0
	for _, name := range documents {
		path := filepath.Join("../..", name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], ":") {
				continue // elsewhere
			}
			found++
			target, page := filepath.Join(filepath.Dir(path), m[1]), text
			if m[1] == "" {
				target = path
			}
			info, err := os.Stat(target)
			if err == nil && !info.IsDir() {
				page, err = os.ReadFile(target)
			}
			if err != nil || m[2] != "" && !anchors(string(page))[m[2]] {
				t.Errorf("%s: %s leads nowhere", name, m[0])
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d links were found", found)
	}
}
