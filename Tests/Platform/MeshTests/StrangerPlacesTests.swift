// Who gets a place among those that have proved nothing, and at whose cost.

import ClawgressMesh
import Testing

@Suite("Places of strangers")
struct StrangerPlacesTests {
    private static func places(
        unknown: Int = 6,
        known: Int = 2,
        ofSource: Int = 3,
        remembered: Int = 2,
        isNewcomerFirst: Bool = true
    ) -> StrangerPlaces {
        StrangerPlaces(
            StrangerPlaces.Bounds(
                unknownMax: unknown,
                knownMax: known,
                ofSourceMax: ofSource,
                rememberedMax: remembered,
                isNewcomerFirst: isNewcomerFirst
            )
        )
    }

    /// Lets connections in, and holds who lost a place for each: 0 stands for the newcomer.
    private func expect(
        _ sources: String,
        _ places: inout StrangerPlaces,
        _ losers: [UInt64?],
        at location: SourceLocation = #_sourceLocation
    ) {
        var found: [UInt64?] = []
        for source in sources {
            switch places.enter(from: String(source)) {
            case .placed(_, let loser): found.append(loser)
            case .refused: found.append(0)
            }
        }
        #expect(found == losers, sourceLocation: location)
    }

    @Test("a source that has its share gives up its own oldest one")
    func ofSource() {
        var places = Self.places()
        expect("aaaaa", &places, [nil, nil, nil, 1, 2])
        #expect(places.count == 3)
        places.leave(4)
        // Whoever lost its place leaves nothing.
        places.leave(1)
        #expect(places.count == 2)
        expect("aa", &places, [nil, 3])
    }

    @Test("a newcomer of another source costs the one that has the most")
    func share() {
        var places = Self.places()
        expect("baaacc", &places, [nil, nil, nil, nil, nil, nil])
        // Of a, then of a and c the one that came first, and never of b, which has one.
        expect("defg", &places, [2, 3, 5, 1])
        #expect(places.count == 6)
        // With more sources than places the oldest goes: a newcomer has the time of six others.
        expect("hijklm", &places, [4, 6, 7, 8, 9, 10])
    }

    @Test("sources where a certificate was proved have places that others cannot take")
    func known() {
        var places = Self.places()
        expect("a", &places, [nil])
        places.prove(1, from: "a")
        #expect(places.isKnown("a") && places.count == 0)
        expect("bcdefghijk", &places, [nil, nil, nil, nil, nil, nil, 3, 4, 5, 6])
        expect("a", &places, [nil])
        expect("lmnopq", &places, [7, 8, 9, 10, 11, 12])
        #expect(places.count == 7)
        expect("aa", &places, [nil, 13])
    }

    @Test("as many sources are remembered as may be, those that proved themselves last")
    func memory() {
        var places = Self.places()
        for (source, number) in zip(["a", "b", "a", "c"], [1, 2, 3, 4] as [UInt64]) {
            places.prove(number, from: source)
        }
        #expect(["a", "b", "c"].map { places.isKnown($0) } == [true, false, true])
    }

    @Test("where all are strangers, none in use is closed for one of a source that has as many")
    func inUse() {
        var places = Self.places(known: 0, isNewcomerFirst: false)
        expect("aaaabb", &places, [nil, nil, nil, 0, nil, nil])
        expect("ccc", &places, [nil, 1, 0])
        expect("d", &places, [2])
        expect("aefg", &places, [0, 4, 6, 0])
        #expect(places.count == 6)
    }
}
