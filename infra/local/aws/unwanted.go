package aws

import (
	"slices"
	"strings"
)

// unwanted reports whether the request alone shows that no consumer's filter
// can take the change: each asks for an attribute that the item does not have
// afterwards. Such a write needs no note and no look at the item.
func (c change) unwanted() bool {
	filters := c.table.stream.filters
	for _, f := range filters {
		gone := c.deletes && f.Requires("dynamodb", "NewImage")
		for _, name := range c.removes {
			gone = gone || f.Requires("dynamodb", "NewImage", name)
		}
		if !gone {
			return false
		}
	}
	return len(filters) > 0
}

// clauses of an update expression. DynamoDB reserves these words, so that no
// attribute has them as its name there.
var clauses = []string{"SET", "REMOVE", "ADD", "DELETE"}

// removed are the attributes that an update removes as a whole. DynamoDB
// refuses an expression that sets one of them as well.
func removed(in tableRequest) []string {
	var names, path []string
	removing := false
	end := func() { // of a path; one of several words is a part of an attribute
		if removing && len(path) == 1 && !strings.ContainsAny(path[0], ".[") {
			name := path[0]
			if actual, ok := in.Names[name]; ok {
				name = actual
			}
			names = append(names, name)
		}
		path = nil
	}
	for _, word := range strings.Fields(strings.ReplaceAll(in.UpdateExpression, ",", " , ")) {
		switch {
		case word == ",":
			end()
		case slices.Contains(clauses, strings.ToUpper(word)):
			end()
			removing = strings.EqualFold(word, "REMOVE")
		default:
			path = append(path, word)
		}
	}
	end()
	return names
}
