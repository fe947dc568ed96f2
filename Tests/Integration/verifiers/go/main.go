// A second opinion on our logs from code that is not ours: Go's own implementation of transparency
// logs, with which the go command checks modules. It reads a log's folder, and nothing else.
//
//	verifier log KEY SEED FOLDER...   checks each log, and that each goes on where the smaller ones ended
//	verifier proof KEY FILE           checks a proof file with its entry in the extra line
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Up to this size every entry is proved; of larger logs as many as `sampled`.
const (
	provedWhole = 257
	sampled     = 1000
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) < 3 {
		return errors.New("say log KEY SEED FOLDER..., or proof KEY FILE")
	}
	verifier, err := note.NewVerifier(arguments[1])
	if err != nil {
		return err
	}
	if arguments[0] == "proof" {
		return checkProof(verifier, arguments[2])
	}
	seed, err := strconv.ParseInt(arguments[2], 10, 64)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewSource(seed))
	var logs []*folder
	for _, path := range arguments[3:] {
		log, err := open(path, verifier)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		proved, err := log.check(random)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Printf("log %d %v: %d inclusion proofs\n", log.tree.N, log.tree.Hash, proved)
		logs = append(logs, log)
	}
	return checkPairs(logs)
}

// A log's folder, and the tree that its checkpoint vouches for.
type folder struct {
	path string
	tree tlog.Tree
}

func open(path string, verifier note.Verifier) (*folder, error) {
	content, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return nil, err
	}
	tree, err := openCheckpoint(content, verifier)
	return &folder{path, tree}, err
}

func openCheckpoint(content []byte, verifier note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	opened, err := note.Open(content, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, errors.New("the checkpoint is not of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func (log *folder) Height() int { return 8 }

func (log *folder) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles reads hashes. A partial file may have been replaced by the full one.
func (log *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		content, err := log.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		size := tile.W * tlog.HashSize
		if len(content) < size {
			return nil, fmt.Errorf("%s is too short", tile.Path())
		}
		all = append(all, content[:size])
	}
	return all, nil
}

func (log *folder) read(path string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(log.path, path))
	if full, _, found := strings.Cut(path, ".p/"); found && errors.Is(err, os.ErrNotExist) {
		return os.ReadFile(filepath.Join(log.path, full))
	}
	return content, err
}

// entries reads the file of entries in which an entry is.
func (log *folder) entries(index int64) ([][]byte, error) {
	tile := tlog.Tile{H: 8, L: 0, N: index / 256, W: int(min(256, log.tree.N-index/256*256))}
	content, err := log.read(strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(content) >= 2 {
		size := int(content[0])<<8 | int(content[1])
		if len(content) < 2+size {
			break
		}
		all = append(all, content[2:2+size])
		content = content[2+size:]
	}
	if len(all) != tile.W || len(content) != 0 {
		return nil, fmt.Errorf("%s has %d entries and %d bytes", tile.Path(), len(all), len(content))
	}
	return all, nil
}

// check builds the tree again from all entries, and proves entries from the files of hashes.
func (log *folder) check(random *rand.Rand) (int, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			hashes[place] = stored[index]
		}
		return hashes, nil
	})
	for index := int64(0); index < log.tree.N; index += 256 {
		entries, err := log.entries(index)
		if err != nil {
			return 0, err
		}
		for place, entry := range entries {
			hashes, err := tlog.StoredHashes(index+int64(place), entry, reader)
			if err != nil {
				return 0, err
			}
			stored = append(stored, hashes...)
		}
	}
	if err := log.checkTree(reader); err != nil || log.tree.N == 0 {
		return 0, err
	}
	return log.prove(random)
}

// checkTree compares the root, and every file of hashes, with what the entries make.
func (log *folder) checkTree(reader tlog.HashReader) error {
	root, err := tlog.TreeHash(log.tree.N, reader)
	if err != nil {
		return err
	}
	if root != log.tree.Hash {
		return errors.New("the entries make another root")
	}
	for _, tile := range tlog.NewTiles(8, 0, log.tree.N) {
		made, err := tlog.ReadTileData(tile, reader)
		if err != nil {
			return err
		}
		kept, err := log.ReadTiles([]tlog.Tile{tile})
		if err != nil {
			return err
		}
		if !bytes.Equal(made, kept[0]) {
			return fmt.Errorf("%s is damaged", tile.Path())
		}
	}
	return nil
}

func (log *folder) prove(random *rand.Rand) (int, error) {
	indexes := random.Perm(int(log.tree.N))
	if log.tree.N > provedWhole {
		indexes = indexes[:min(sampled, len(indexes))]
	}
	reader := tlog.TileHashReader(log.tree, log)
	for _, index := range indexes {
		index := int64(index)
		entries, err := log.entries(index)
		if err != nil {
			return 0, err
		}
		proof, err := tlog.ProveRecord(log.tree.N, index, reader)
		if err != nil {
			return 0, err
		}
		leaf := tlog.RecordHash(entries[index%256])
		if err := tlog.CheckRecord(proof, log.tree.N, log.tree.Hash, index, leaf); err != nil {
			return 0, err
		}
	}
	return len(indexes), nil
}

// checkPairs proves that each log goes on where each smaller one ended.
func checkPairs(logs []*folder) error {
	count := 0
	for _, newer := range logs {
		reader := tlog.TileHashReader(newer.tree, newer)
		for _, older := range logs {
			if older.tree.N == 0 || older.tree.N > newer.tree.N {
				continue
			}
			proof, err := tlog.ProveTree(newer.tree.N, older.tree.N, reader)
			if err != nil {
				return err
			}
			err = tlog.CheckTree(
				proof, newer.tree.N, newer.tree.Hash, older.tree.N, older.tree.Hash)
			if err != nil {
				return fmt.Errorf("from %d to %d: %w", older.tree.N, newer.tree.N, err)
			}
			count++
		}
	}
	fmt.Printf("%d consistency proofs\n", count)
	return nil
}

// checkProof reads a C2SP tlog-proof.
func checkProof(verifier note.Verifier, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, checkpoint, found := strings.Cut(string(content), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("this is no proof")
	}
	tree, err := openCheckpoint([]byte(checkpoint), verifier)
	if err != nil {
		return err
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	fmt.Printf("entry %d of %d: %s\n", index, tree.N, entry)
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}
