package doctor

import "testing"

func TestFunctionsAndTablesHaveOneKey(t *testing.T) {
	const one, another = "arn:aws:kms:eu-west-1:1:key/one", "arn:aws:kms:eu-west-1:1:key/another"
	keys := func(main, data string) func(*cloud) {
		return func(c *cloud) {
			c.set("KeyArn", main)
			c.stacks[1].Parameters["KeyArn"] = data
		}
	}
	expectFindings(t, []broken{
		{"one", keys(one, one), "key", OK, "have " + one, ""},
		{"the tables alone", keys("", one), "key", Failed, "the functions have no right", "sam deploy --stack-name shop --parameter-overrides KeyArn=" + one},
		{"two", keys(another, one), "key", Failed, "key " + one, "KeyArn=" + one},
		{"the functions alone", keys(one, ""), "key", Warning, "tables and secrets do not", "--parameter-overrides Stack=shop KeyArn=" + one},
	})
}
