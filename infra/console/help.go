package console

var (
	helpPages = []Page{{Route: "GET /help", Show: showHelp}}
	helpBody  = parse("help.html")
)

// key is what one or two keys do. None changes anything.
type key struct{ Keys, What string }

var keys = []key{
	{"/", "find"},
	{"j k", "next, previous row"},
	{"Enter", "open the row"},
	{"o", "open it in a new tab"},
	{"x", "select it"},
	{"[ ]", "newer, older page"},
	{"n", "show new rows"},
	{"l", "pause or resume live rows"},
	{"y", "copy the id"},
	{"r", "the row's dialog"},
	{"u", "UTC or your zone"},
	{"g o", "overview"},
	{"g e", "events"},
	{"g t", "timeline"},
	{"g n", "needs a person"},
	{"g s", "state"},
	{"g l", "local"},
	{"Esc", "close, clear"},
	{"?", "this list"},
}

func showHelp(r *Request) (View, error) {
	_, err := r.Params()
	return View{Title: "Keyboard", Body: helpBody, Data: keys}, err
}
