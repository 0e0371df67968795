package main

const (
	hiddenFile = "internal/safetext/hidden.go"
	textFile   = "internal/safetext/safetext.go"
	outputFile = "infra/cli/output.go"
	usageFile  = "infra/cli/usage.go"
	mailFile   = "internal/mail/mail.go"
)

func safetext(test string) []string { return named(test, "internal/safetext") }

func printed(test string) []string { return named(test, "infra/cli") }

// printing are the guards of what people read.
var printing = []guard{
	{
		"characters that turn the direction of writing are hidden", hiddenFile,
		`unicode.Cc, unicode.Cf,`, `unicode.Cc,`, safetext("HiddenCharacters"),
	},
	{
		"joiners are shown within words and emoji only", hiddenFile,
		`		return !joins(after) || !joins(before) && before != emoji`, `		return false`, safetext("HiddenCharacters"),
	},
	{
		"a joiner is shown between shown characters only", hiddenFile,
		`unicode.In(r, joined...) && !ignorable(r)`, `unicode.In(r, joined...)`, safetext("HiddenCharacters"),
	},
	{
		"names and emoji keep their joiners", hiddenFile,
		`		return !joins(after) || !joins(before) && before != emoji`, `		return true`, safetext("NamesOfAllScripts"),
	},
	{
		"bytes that are no character are hidden", hiddenFile,
		`	return found || !utf8.ValidString(s)`, `	return found`, safetext("HiddenCharacters"),
	},
	{
		"an escape of JSON is one of JSON", textFile,
		`		case r > 0xffff:`, `		case r > 0x10ffff:`, safetext("HiddenCharacters"),
	},
	{
		"a line of others hides nothing", textFile,
		`strings.Fields(drop(s, unicode.IsSpace))`, `strings.Fields(s)`, safetext("HiddenCharacters"),
	},
	{
		"nothing is half a character at a cut", textFile,
		`strings.TrimRight(string([]rune(s)[:limit-1]), string([]rune{nonJoiner, joiner, text, emoji}))`, `string([]rune(s)[:limit-1])`, safetext("LineIsOneLine"),
	},
	{
		"a formula is no cell", textFile,
		`		return "'" + s`, `		return s`, safetext("NoCell"),
	},
	{
		"the amounts of a report are beside texts that are no formulas", "infra/shop/command/report_print.go",
		`safetext.Cell(s.Account)`, `s.Account`, named("NoCellOfTheReport", "infra/shop/command"),
	},
	{
		"every command prints to a filter", usageFile,
		`		cmd.SetOut(NewOutput(cmd.OutOrStdout()))`, `		cmd.SetOut(cmd.OutOrStdout())`, printed("EveryWayOfPrinting"),
	},
	{
		"every command reports to a filter", usageFile,
		`		cmd.SetErr(NewOutput(cmd.ErrOrStderr()))`, `		cmd.SetErr(cmd.ErrOrStderr())`, printed("EveryWayOfPrinting"),
	},
	{
		"an error begins no line of its own", usageFile,
		`strings.ReplaceAll(err.Error(), "\n", "\n  ")`, `err.Error()`, printed("EveryWayOfPrinting"),
	},
	{
		"a cell of a table is one short line", "infra/cli/rows.go",
		`cells[i] = r.Text(v.String(), longestCell)`, `cells[i] = v.String()`, printed("TablesAndJSON"),
	},
	{
		"a field is one short line", "infra/cli/print.go",
		`Clip(fmt.Sprint(value), longestField)`, `fmt.Sprint(value)`, printed("FieldIsOneLine"),
	},
	{
		"a terminal gets no bytes of others", outputFile,
		`	if o.terminal {`, `	if false {`, printed("ATerminalGets"),
	},
	{
		"a part of a line has no style but ours", outputFile,
		`		text := safetext.Escape(p.Text)`, `		text := p.Text`, printed("ATerminalGets"),
	},
	{
		"characters cut by writes are whole", outputFile,
		`			return n
		}
	}`, `			return 0
		}
	}`, printed("CharactersCut"),
	},
	{
		"what fails is kept and logged as one line that hides nothing", "internal/delivery/redact.go",
		`	s = safetext.Line(s, maxRead)
`, ``, named("Row70", "internal/action"),
	},
	{
		"facts hide nothing", "internal/webhook/texts.go",
		`return safetext.Hides(string(s))`, `return safetext.Hides("")`, named("ParseReadsAmount", "internal/webhook"),
	},
	{
		"an address is one without quotes", mailFile,
		` || !bare(a.Address)`, ``, named("FuzzMailHeaders", "internal/mail"),
	},
	{
		"a header is one line", mailFile,
		`safetext.Line(s, limit)`, `s`, named("TestNothingInAMail|FuzzMailHeaders", "internal/mail"),
	},
	{
		"an encoded word of others is none", mailFile,
		`strings.ReplaceAll(safetext.Line(s, limit), "=?", "= ?")`, `safetext.Line(s, limit)`, named("FuzzMailHeaders", "internal/mail"),
	},
	{
		"no notice mentions or links", "internal/notice/slack.go",
		`"<", "&lt;", ">", "&gt;", "@", "＠"`, `">", "&gt;"`, named("FuzzSlack", "internal/notice"),
	},
	{
		"a subject of SNS is ASCII", "internal/notice/notice.go",
		`		if r > unicode.MaxASCII || unicode.IsControl(r) {`, `		if r > unicode.MaxASCII {`, named("FuzzSubject", "internal/notice"),
	},
}
