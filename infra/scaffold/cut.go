package scaffold

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/payhooks/payhooks/internal/lambdacall"
)

// CutBlocks removes the action's function and delivery from template.yaml, and the
// parameters that only they used, whose names it returns.
func CutBlocks(template, action string) (rest string, parameters []string, err error) {
	rest = template
	for _, block := range []string{lambdacall.LogicalID(action), lambdacall.LogicalID(action) + "Delivery"} {
		cut := blockOf(block).ReplaceAllString(rest, "")
		if cut == rest {
			return "", nil, fmt.Errorf("template.yaml has no block %s: an action's blocks are named for it", block)
		}
		rest = cut
	}
	before, _, _ := strings.Cut(rest, "\nConditions:")
	for _, m := range regexp.MustCompile(`(?m)^  (\w+):$`).FindAllStringSubmatch(before, -1) {
		if uses := regexp.MustCompile(`!Ref ` + m[1] + `\b|\$\{` + m[1] + `\}`); uses.MatchString(template) && !uses.MatchString(rest) {
			parameters = append(parameters, m[1])
			rest = blockOf(m[1]).ReplaceAllString(rest, "")
		}
	}
	return rest, parameters, nil
}

// blockOf matches a member of one of the template's sections with its lines.
func blockOf(id string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^  ` + id + `:.*\n(?:(?:    .*)?\n)*`)
}
