package scaffold

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/lambdacall"
)

// Remove returns what has to be written to take an action out of the project in dir, and
// writes nothing. The table that Add made for it goes too, if no other action names it;
// a deployed one is kept by CloudFormation, with what is in it.
func Remove(dir, name string) ([]Change, error) {
	folder := filepath.Join("functions", name)
	switch {
	case slices.Contains(Pipeline, name):
		return nil, fmt.Errorf("%s is a function of the pipeline: without it events would be lost", name)
	case !actionName.MatchString(name) || !exists(filepath.Join(dir, folder)):
		return nil, fmt.Errorf("no action %q: there is no folder functions/%s", name, name)
	}
	text, err := os.ReadFile(filepath.Join(dir, "template.yaml")) //nolint:gosec // of the project
	if err != nil {
		return nil, err
	}
	rest, parameters, err := CutBlocks(string(text), name)
	if err != nil {
		return nil, err
	}
	changes := []Change{{Path: folder}, {Path: "template.yaml", Text: []byte(rest)}}
	data, cut, err := cutTable(dir, name, rest)
	if err == nil && cut {
		changes = append(changes, Change{Path: "infra/data.yaml", Text: data})
	}
	if err != nil || len(parameters) == 0 {
		return changes, err
	}
	local, err := os.ReadFile(filepath.Join(dir, parametersFile)) //nolint:gosec // of the project
	if err != nil {
		return nil, err
	}
	if left := CutLines(string(local), parameters); left != string(local) {
		changes = append(changes, Change{Path: parametersFile, Text: []byte(left)})
	}
	return changes, nil
}

const parametersFile = "infra/local/parameters.yaml"

// cutTable removes the table that Add made, unless the rest of the template names it.
func cutTable(dir, name, template string) (data []byte, cut bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "infra/data.yaml")) //nolint:gosec // of the project
	if err != nil {
		return nil, false, err
	}
	block := regexp.MustCompile(`(?m)^  # State of ` + name + `\.\n  ` + lambdacall.LogicalID(name) + `State:\n(?:    .*\n)*\n?`).FindString(string(text))
	table := regexp.MustCompile(`TableName: !Sub '\$\{Stack\}-([a-z0-9-]+)'`).FindStringSubmatch(block)
	if table == nil || strings.Contains(template, "table/${AWS::StackName}-"+table[1]+"'") {
		return nil, false, nil
	}
	return []byte(strings.Replace(string(text), block, "", 1)), true, nil
}

// CutLines removes the lines of these keys.
func CutLines(text string, keys []string) (rest string) {
	for line := range strings.Lines(text) {
		if key, _, _ := strings.Cut(line, ":"); !slices.Contains(keys, key) {
			rest += line
		}
	}
	return rest
}
