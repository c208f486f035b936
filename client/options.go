package client

import (
	"sort"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Settings holds every option of the client by name, as C, Python and Java set them.
type Settings struct {
	Client Config
	Writer WriterConfig
	Reader ReaderConfig
	Group  ReaderGroupConfig
	Stream StreamConfig
	Txn    TransactionalWriterConfig
}

// Option describes one setting that can be given by name.
type Option struct {
	Name    string // for example writer.window.bytes
	Object  string // the kind of object that it belongs to, for example ObjectWriter
	Default string
	Range   string // the values that are accepted
	Doc     string
	set     func(*Settings, string) error
	get     func(*Settings) string
	check   func(*Settings) error
	fill    func(*Settings) // gives a zero field the default
}

// The kinds of objects that have options.
const (
	ObjectClient              = "client"
	ObjectWriter              = "writer"
	ObjectTransactionalWriter = "transactional writer"
	ObjectReader              = "reader"
	ObjectReaderGroup         = "reader group"
	ObjectStream              = "stream"
)

// Options lists every option, by name.
func Options() []Option {
	all := make([]Option, len(optionTable))
	copy(all, optionTable)
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// NewSettings returns the default of every option.
func NewSettings() *Settings {
	s := &Settings{}
	for _, o := range optionTable {
		if err := o.set(s, o.Default); err != nil {
			panic("client: default of " + o.Name + ": " + err.Error()) // a mistake in the table
		}
	}
	return s
}

// Set gives an option its value. Errors: UnknownOption, InvalidArgument; both name
// the option.
func (s *Settings) Set(name, value string) error {
	o, err := option(name)
	if err != nil {
		return err
	}
	return o.set(s, value)
}

// Get returns the value of an option as text that Set accepts.
func (s *Settings) Get(name string) (string, error) {
	o, err := option(name)
	if err != nil {
		return "", err
	}
	return o.get(s), nil
}

// complete gives the zero fields of a kind of object their defaults, and reports the first one
// whose value Set would refuse.
func (s *Settings) complete(object string) error {
	for _, o := range optionTable {
		if o.Object != object {
			continue
		}
		o.fill(s)
		if err := o.check(s); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) complete() (Config, error) {
	s := Settings{Client: c}
	err := s.complete(ObjectClient)
	return s.Client, err
}

func (c WriterConfig) complete() (WriterConfig, error) {
	s := Settings{Writer: c}
	err := s.complete(ObjectWriter)
	return s.Writer, err
}

func (c TransactionalWriterConfig) complete() (TransactionalWriterConfig, error) {
	s := Settings{Txn: c}
	err := s.complete(ObjectTransactionalWriter)
	return s.Txn, err
}

func (c ReaderConfig) complete() (ReaderConfig, error) {
	s := Settings{Reader: c}
	err := s.complete(ObjectReader)
	return s.Reader, err
}

func (c ReaderGroupConfig) complete() (ReaderGroupConfig, error) {
	s := Settings{Group: c}
	err := s.complete(ObjectReaderGroup)
	return s.Group, err
}

func (c StreamConfig) complete() (StreamConfig, error) {
	s := Settings{Stream: c}
	err := s.complete(ObjectStream)
	return s.Stream, err
}

func option(name string) (*Option, error) {
	for i := range optionTable {
		if optionTable[i].Name == name {
			return &optionTable[i], nil
		}
	}
	names := make([]string, len(optionTable))
	for i := range optionTable {
		names[i] = optionTable[i].Name
	}
	meant := near(name, names)
	if len(meant) == 0 {
		return nil, fault.New(fault.UnknownOption, "set option", strconv.Quote(name), "there is none like it")
	}
	return nil, fault.New(fault.UnknownOption, "set option", strconv.Quote(name), "near ones are %s", strings.Join(meant, ", "))
}
